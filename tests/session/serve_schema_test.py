"""The server and openapi.yaml are one: requests made from the schema, and every answer held to it.

Each operation is asked with what its schema allows and with what is near to it, mixed with names that mean something;
a stream is left after what comes first. Bounded in number and time, the same at every run.
"""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import time
import unittest
import urllib.parse

os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", tempfile.mkdtemp(prefix="aforo-session-"))
try:
    import hypothesis
    import jsonschema
    import yaml
    from hypothesis import strategies as st
except ImportError as missing:
    if os.environ.get("AFORO_REQUIRE_PEERS") == "1":
        raise
    print(f"skipped: {missing} (scripts/install_dependencies.sh test)")
    raise SystemExit(77)

from serving import AFORO, Answered, Server, Stream

ROOT = pathlib.Path(os.environ["AFORO_SOURCE_DIR"])
API = yaml.safe_load((ROOT / "src/serve/openapi.yaml").read_text())
EXAMPLES = int(os.environ.get("AFORO_EXAMPLES", "100"))
PATIENCE = 3  # seconds for the first events of a stream
# Statuses that any request may have, beside those that an operation names.
REFUSED = {400, 401, 403, 404, 405, 411, 413, 414, 415, 431, 503}


def resolved(schema):
    while "$ref" in schema:
        found = API
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def validator(schema):
    return jsonschema.Draft202012Validator({**schema, "components": API["components"]})


def options_of(command):
    said = subprocess.run([AFORO, command, "--help"], capture_output=True, text=True, check=True).stdout
    return sorted(set(re.findall(r"--([a-z][a-z-]+)", said)) - {"help", "quiet", "json", "csv"})


OPTIONS = options_of("size") + options_of("predict")
TEXT = st.text(max_size=30)
VALUES = st.sampled_from(["8", "0.9", "90%", "220TB", "cloud", "on-premises", "2 s", "h100", "accelerators=1,2", "loader.workers=4", "x",
                          "tlc=100 USD/TB", "ssd=+50%", "all-flash TLC", "closed", ""])


def values(schema, example=None):
    """What a schema allows."""
    schema = resolved(schema)
    known = [st.just(example) for example in schema.get("examples", [])] if isinstance(schema.get("examples"), list) else []
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of(*map(values, schema["anyOf"]))
    kind = schema.get("type")
    if kind == "string":
        return st.one_of(*known, *known, VALUES.filter(len) if schema.get("minLength") else VALUES,
                         st.text(min_size=schema.get("minLength", 0), max_size=40))
    if kind in ("integer", "number"):
        return st.one_of(st.integers(0, 4096), st.floats(0, 1), st.integers(), st.floats(allow_nan=False, allow_infinity=False))
    if kind == "boolean":
        return st.booleans()
    if kind == "null":
        return st.none()
    if kind == "array":
        return st.lists(values(schema["items"]), min_size=schema.get("minItems", 0), max_size=min(schema.get("maxItems", 4), 4))
    if kind == "object":
        return objects(schema)
    return st.one_of(st.none(), st.booleans(), st.integers(), TEXT)


def objects(schema):
    own = {name: values(one) for name, one in schema.get("properties", {}).items()}
    required = {name: own.pop(name) for name in schema.get("required", [])}
    fixed = st.fixed_dictionaries(required, optional=own)
    more = schema.get("additionalProperties", True)
    if more is False:
        return fixed
    names = st.one_of(st.sampled_from(OPTIONS), st.sampled_from(OPTIONS), TEXT)
    extra = st.dictionaries(names, values(more if isinstance(more, dict) else {}), max_size=4)
    return st.builds(lambda one, other: {**other, **one}, fixed, extra)


# Of a request: one of its examples, that with an option more or less, or anything that the schema allows.
def requests(schema):
    free, examples = values(schema), resolved(schema).get("examples")
    if not examples:
        return free
    usual = st.sampled_from(examples)
    options = values({"$ref": "#/components/schemas/Options"})

    def changed(example, more, dropped):
        kept = {name: value for name, value in example.get("options", {}).items() if name not in dropped}
        return {**example, "options": {**kept, **more}}

    dropped = st.sets(st.sampled_from(sorted({name for one in examples for name in one["options"]})), max_size=3)
    some = options.map(lambda all: dict(list(all.items())[:1]))
    return st.one_of(usual, st.builds(changed, usual, some, dropped), st.builds(changed, usual, some, dropped), free)


def near(body):
    """Now and then something else than what the schema allows."""
    junk = st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), TEXT),
                        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8)
    return st.one_of(body, body, body, junk, st.builds(lambda one, name, value: {**one, name: value}, body, TEXT, junk))


class SchemaTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory(prefix="aforo-session-")
        cls.addClassCleanup(cls.place.cleanup)
        directory = pathlib.Path(cls.place.name)
        for name in ("run", "size"):
            (directory / f"{name}.json").write_text((ROOT / f"src/report/testdata/{name}.json").read_text())
        (directory / "cut.json").write_text('{"schema": 1')
        (directory / "storage.yaml").write_text((ROOT / "data/storage/nvme-node.yaml").read_text())
        cls.server = Server(directory)
        cls.addClassCleanup(cls.server.end)
        cls.seen = {}

    def hold(self, operation, path, answered):
        status = str(answered.status)
        self.assertLess(answered.status, 500, (path, answered))
        listed = operation["responses"].get(status)
        if listed is None:
            self.assertIn(answered.status, REFUSED, (path, answered))
            listed = operation["responses"]["default"]
        content = resolved(listed).get("content")
        if content is None:
            return
        self.assertIn(answered.type, content, (path, answered))
        if answered.type == "application/json":
            validator(content["application/json"]["schema"]).validate(answered.json())
        self.assertNotIn(b"a defect of aforo", answered.body, path)

    def hold_events(self, stream, path, body):
        schemas = {"early": "Shown", "answer": "Shown", "progress": "Progress", "failed": "Message"}
        end = time.monotonic() + PATIENCE
        for name, data in stream:
            validator(API["components"]["schemas"][schemas[name]]).validate(data)
            self.assertNotIn("a defect of aforo", json.dumps(data), (path, body))
            if name in ("early", "answer") or time.monotonic() > end:
                break
        stream.close()

    def ask(self, operation, method, path, body):
        text = json.dumps(body) if method == "post" else None
        connection, response = self.server.send(method.upper(), path, text)
        key = (method, operation["summary"], response.status)
        self.seen[key] = self.seen.get(key, 0) + 1
        if response.status == 200 and response.getheader("Content-Type") == "text/event-stream":
            self.assertIn("text/event-stream", resolved(operation["responses"]["200"])["content"])
            self.hold_events(Stream(connection, response), path, body)
            return
        try:
            self.hold(operation, path, Answered(response))
        finally:
            connection.close()

    def address(self, data, path, operation):
        query = []
        for parameter in operation.get("parameters", []):
            name, schema = parameter["name"], resolved(parameter["schema"])
            known = [one["value"] for one in parameter.get("examples", {}).values()]
            usual = st.one_of(*map(st.just, known), values(schema)) if known else values(schema)
            if parameter["in"] == "path":
                path = path.replace("{" + name + "}", urllib.parse.quote(str(data.draw(usual)), safe=""))
            elif parameter.get("required") or data.draw(st.booleans()):
                value = data.draw(st.one_of(usual, TEXT))
                query += [(name, one) for one in (value if isinstance(value, list) else [value])]
        text = urllib.parse.urlencode(query)
        return f"{path}?{text}" if text else path

    def operation(self, path, method, operation):
        body = operation.get("requestBody")
        bodies = near(requests(body["content"]["application/json"]["schema"])) if body else st.none()

        @hypothesis.settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
                             suppress_health_check=list(hypothesis.HealthCheck), phases=[hypothesis.Phase.generate])
        @hypothesis.given(st.data())
        def holds(data):
            self.ask(operation, method, self.address(data, path, operation), data.draw(bodies))

        holds()

    def test_every_operation(self):
        for path, methods in API["paths"].items():
            for method, operation in methods.items():
                with self.subTest(f"{method} {path}"):
                    self.operation(path, method, operation)
        for (method, summary, status), count in sorted(self.seen.items(), key=str):
            print(f"{count:5} x {status} {method} {summary}")
        answered = {(summary, status) for _, summary, status in self.seen}
        for methods in API["paths"].values():
            for operation in methods.values():
                if operation["summary"] not in ("A run in progress",):
                    self.assertIn((operation["summary"], 200), answered)
        self.server.wait_until_idle(within=20)

    def test_every_path_is_described(self):
        described = {re.sub(r"\{.*", "", path) for path in API["paths"]}
        routes = re.findall(r'Route\{"\w+",\s*(?:"([^"]+)"|(k\w+))', (ROOT / "src/serve/service.cc").read_text())
        constants = dict(re.findall(r'(k\w+Path) = "([^"]+)"', (ROOT / "src/serve/service.cc").read_text()))
        self.assertEqual({path or constants[name] for path, name in routes}, described)


if __name__ == "__main__":
    unittest.main()
