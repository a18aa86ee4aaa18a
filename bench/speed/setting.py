"""What every benchmark is given: programs, directories, how thorough to be; and how aforo and fio are called."""
import json
import os
from dataclasses import dataclass, field

from .measure import Failed, run_command

GB = 1e9


@dataclass
class Setting:
    repository: str
    aforo: str
    limit_reader: str
    directory: str  # made for this run, removed after it
    memory_directory: str = ''  # the same on a memory filesystem; '' = none
    fio: str = ''
    torch_python: str = ''
    tensorflow_python: str = ''
    rounds: int = 5
    quick: bool = False
    before: str = ''  # another build of aforo; '' = none
    notes: list = field(default_factory=list)

    def place(self, name):
        return os.path.join(self.directory, name)

    def shown(self, argv):
        """The command as a person would repeat it from the repository."""
        text = ' '.join(argv)
        for path, word in ((self.directory, '$DIR'), (self.memory_directory, '$MEMORY'),
                           (self.before, 'BEFORE'), (self.aforo, 'build/release/aforo'),
                           (self.limit_reader, 'build/release/bench/limit_reader'), (self.fio, 'fio'),
                           (self.torch_python, 'python3'), (self.tensorflow_python, '.venv/bin/python'),
                           (self.repository + os.sep, '')):
            if path:
                text = text.replace(path, word)
        return text

    def aforo_record(self, arguments):
        """Runs aforo; its Record, and the outside view. Exit 1 (target missed) is a result."""
        record_path = self.place('record.json')
        argv = [self.aforo] + [str(a) for a in arguments] + ['--quiet', '--json', record_path]
        outside = run_command(argv, accept=(0, 1))
        with open(record_path, encoding='utf-8') as file:
            record = json.load(file)
        if record.get('failed') or record.get('errors', {}).get('count'):
            raise Failed(f'aforo read with errors: {json.dumps(record["errors"])[:400]}')
        outside['command'] = self.shown(argv[:-3])
        return record, outside

    def generate(self, name, arguments):
        """Lays a dataset below the directory of this run; its path."""
        path = self.place(name)
        self.aforo_record(['generate', arguments[0], path] + arguments[1:])
        return path

    def delete(self, path):
        run_command([self.aforo, 'generate', '--delete', path, '--quiet'])

    def train(self, arguments):
        """A run without compute to speak of: what the pipeline does at most."""
        record, outside = self.aforo_record(
            ['run'] + arguments + ['--step-time', '1us', '--asynchronous', '--no-diagnose', '--cache-expected'])
        seconds, cpu = record['wall_seconds'], record['cpu_seconds']
        return metrics_of(record['samples'], record['bytes_requested'], seconds, cpu, outside)

    def peer(self, argv):
        """A peer that prints its counts as one line of JSON."""
        outside = run_command(argv)
        outside['command'] = self.shown(argv)
        found = json.loads(outside['text'].strip().splitlines()[-1])
        return metrics_of(found['samples'], found['bytes'], found['seconds'], found['cpu_seconds'], outside)

    def fio_json(self, arguments):
        argv = [self.fio, '--output-format=json'] + arguments
        outside = run_command(argv)
        outside['command'] = self.shown(argv)
        text = outside['text']
        jobs = json.loads(text[text.index('{'):])['jobs']
        return jobs, outside


def seen(outside):
    """What was seen of a command from outside that every contender keeps."""
    return {key: outside[key] for key in ('peak_memory_bytes', 'others_cpu_share', 'command')}


def metrics_of(samples, size, seconds, cpu, outside):
    return {'samples_per_second': samples / seconds, 'bytes_per_second': size / seconds,
            'cpu_seconds_per_gb': cpu / (size / GB), 'samples_per_cpu_second': samples / cpu,
            'storage_share': outside['storage_bytes'] / size, 'process_seconds': outside['wall_seconds'],
            **seen(outside)}
