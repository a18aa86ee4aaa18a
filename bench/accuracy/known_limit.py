"""The true limit of a pair that was kept, from what the pair says of itself: as truth.py defines it now."""
from . import truth
from .cases import Case
from .families import FAMILIES
from .workloads import Data

_OF_A_CASE = ('storage', 'data', 'read', 'accelerators', 'workers', 'prefetch', 'batch', 'synchronous', 'ratio',
              'epochs')


def of_pair(pair):
    """cause, right (verdicts), gives (samples/s by cause) and demand of a pair of a drawn job that was measured."""
    config, drawn, measured = pair['config'], pair['drawn'], pair['measured']
    data = Data(**drawn['data'])
    case = Case(**{name: config[name] for name in _OF_A_CASE}, dataset=data)
    limit = truth.limit(FAMILIES[drawn['family']], drawn['parameters'], data, case, config['samples'],
                        config['step_seconds'], config['steps'],
                        truth.Measured(measured['au'], measured['samples_per_second'],
                                       measured.get('client_cpu_share') or 0))
    return {'cause': limit.cause, 'right': list(limit.right), 'gives': limit.gives,
            'demand': float(f'{limit.demand:.4g}')}
