"""What was found, one JSON object a line: a prediction that is not measured yet ("predicted"), a pair of AU ("au"), of
the largest number ("max"), or what was left out ("skipped", "failed") with its reason. Later lines replace earlier
ones of the same id; the earlier ones stay, so that the file shows what was predicted before it was measured."""
import json
import os


def read(path):
    """All lines by id, the last of each. A last line that was cut off is passed over."""
    found = {}
    try:
        with open(path, encoding='utf-8') as file:
            lines = file.readlines()
    except FileNotFoundError:
        return found
    for number, line in enumerate(lines):
        try:
            entry = json.loads(line)
            found[entry['id']] = entry
        except (ValueError, KeyError, TypeError) as error:
            if number + 1 < len(lines):
                raise ValueError(f'{path}:{number + 1}: expected a JSON object with an id') from error
    return found


def add(path, entry):
    """Appends, on a line of its own even after a line that was cut off."""
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, 'a+b') as file:
        if file.seek(0, os.SEEK_END) > 0:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b'\n':
                file.truncate(_end_of_last_line(path))
        file.write(json.dumps(entry).encode() + b'\n')


def _end_of_last_line(path):
    with open(path, 'rb') as file:
        return file.read().rfind(b'\n') + 1


def done(found):
    """The ids that need not be measured again."""
    return {name for name, entry in found.items() if entry['kind'] in ('au', 'max')}
