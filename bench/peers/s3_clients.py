#!/usr/bin/env python3
"""GETs through one client library, so many at once, and what they took; one line of JSON.

  s3_clients.py boto3|obstore|s3dlio|crt --endpoint URL --bucket B --key K --objects N --gets G --at-once C [--range BYTES --size S]

Objects are K000000, K000001, ...; with --range each GET is of so many bytes at a place of an object of S bytes, in turn.
Credentials come from the environment. CPU is of the whole process, from the first GET on; starting is not counted.
"""
import argparse
import asyncio
import concurrent.futures
import json
import os
import resource
import time


def places(options):
    for number in range(options.gets):
        key = f'{options.key}{number % options.objects:06}'
        if not options.range:
            yield key, 0, 0
        else:
            yield key, number * options.range % (options.size - options.range + 1), options.range


def by_threads(options, get):
    """What makes all GETs, and one that was made before."""
    with concurrent.futures.ThreadPoolExecutor(options.at_once) as pool:
        get(*next(places(options)))
        return lambda: sum(pool.map(lambda place: get(*place), list(places(options)))), pool


def boto3_client(options):
    import boto3
    from botocore.config import Config
    client = boto3.client('s3', endpoint_url=options.endpoint, config=Config(
        max_pool_connections=options.at_once, s3={'addressing_style': 'path'}, signature_version='s3v4'))

    def get(key, begin, length):
        extra = {'Range': f'bytes={begin}-{begin + length - 1}'} if length else {}
        return len(client.get_object(Bucket=options.bucket, Key=key, **extra)['Body'].read())
    return get


def crt_client(options):
    from s3torchconnectorclient._mountpoint_s3_client import MountpointS3Client
    client = MountpointS3Client('us-east-1', endpoint=options.endpoint, force_path_style=True)

    def get(key, begin, length):
        where = {'start': begin, 'end': begin + length} if length else {}
        return sum(len(part) for part in client.get_object(options.bucket, key, **where))
    return get


def obstore_all(options):
    import obstore
    from obstore.store import S3Store
    store = S3Store(options.bucket, endpoint=options.endpoint, region='us-east-1', virtual_hosted_style_request=False,
                    client_options={'allow_http': True})

    async def work():
        todo, total = iter(places(options)), 0

        async def worker():
            nonlocal total
            for key, begin, length in todo:
                if length:
                    total += len(await obstore.get_range_async(store, key, start=begin, length=length))
                else:
                    total += len(await (await obstore.get_async(store, key)).bytes_async())
        await asyncio.gather(*(worker() for _ in range(options.at_once)))
        return total
    return lambda: asyncio.run(work())


def s3dlio_all(options):
    import s3dlio
    s3dlio.configure_s3(endpoint_url=options.endpoint, region='us-east-1')

    async def ranges():
        todo, total = iter(places(options)), 0

        async def worker():
            nonlocal total
            for key, begin, length in todo:
                total += len(await s3dlio.get_range_async(f's3://{options.bucket}/{key}', begin, length))
        await asyncio.gather(*(worker() for _ in range(options.at_once)))
        return total

    def whole():
        total, todo = 0, [f's3://{options.bucket}/{key}' for key, _, _ in places(options)]
        for begin in range(0, len(todo), 1024):  # its call for many, with its own number at once
            total += sum(len(view) for _, view in s3dlio.get_many(todo[begin:begin + 1024],
                                                                  max_in_flight=options.at_once))
        return total
    return (lambda: asyncio.run(ranges())) if options.range else whole


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('client', choices=('boto3', 'obstore', 's3dlio', 'crt'))
    for name in ('endpoint', 'bucket', 'key'):
        parser.add_argument(f'--{name}', required=True)
    for name in ('objects', 'gets', 'at-once'):
        parser.add_argument(f'--{name}', type=int, required=True)
    parser.add_argument('--range', type=int, default=0)
    parser.add_argument('--size', type=int, default=0)
    options = parser.parse_args()
    os.environ['AWS_ENDPOINT_URL'] = options.endpoint
    os.environ.setdefault('AWS_REGION', 'us-east-1')
    os.environ.setdefault('AWS_EC2_METADATA_DISABLED', 'true')
    if options.client in ('boto3', 'crt'):
        work, _ = by_threads(options, {'boto3': boto3_client, 'crt': crt_client}[options.client](options))
    else:
        work = {'obstore': obstore_all, 's3dlio': s3dlio_all}[options.client](options)
    begin, used = time.monotonic(), cpu()
    moved = work()
    seconds = time.monotonic() - begin
    print(json.dumps({'requests': options.gets, 'bytes': moved, 'seconds': seconds, 'cpu_seconds': cpu() - used}))


if __name__ == '__main__':
    main()
