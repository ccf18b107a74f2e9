"""Differences of a release that the guide does not document yet, demonstrated like those that it does.

The guide was written for 2.0.19. A difference moves to ``documented_differences.py`` with its row, or is deleted when
the package supports what the release added.
"""

from comparison import Script
from documented_differences import Shown
from matching_scripts import PAGE

#: The ``row`` of these is only a title.
UNDOCUMENTED = (
    Shown('Base URL without `/v1`',
          Script("""
Configuration().host
ApiClient().configuration.host
"""), (
        ('Configuration().host', 'result', "'https://api.cloudsmith.io'", "'https://api.cloudsmith.io/v1'"),
        ('ApiClient().configuration.host', 'result', "'https://api.cloudsmith.io'", "'https://api.cloudsmith.io/v1'"),
    ), ('2.0.42',)),
    Shown('Class of a page of API keys',
          Script("""
type(api.user_tokens_list()).__name__
""", (PAGE,)), (
        ('type(api.user_tokens_list()).__name__', 'result', "'InlineResponse2004'", "'InlineResponse2001'"),
    ), ('2.0.42',)),
    Shown('`InlineResponse2004`',
          Script("""
from cloudsmith_api import InlineResponse2004
from cloudsmith_api.models import InlineResponse2004
import cloudsmith_api.models.inline_response2004
"""), (
        ('from cloudsmith_api import InlineResponse2004', 'result', None, 'raises ImportError'),
        ('from cloudsmith_api.models import InlineResponse2004', 'result', None, 'raises ImportError'),
        ('import cloudsmith_api.models.inline_response2004', 'result', None, 'raises ModuleNotFoundError'),
    ), ('2.0.42',)),
    Shown('`InlineResponse2001` is another model',
          Script("""
sorted(InlineResponse2001.swagger_types)
InlineResponse2001(results=[])
"""), (
        ('sorted(InlineResponse2001.swagger_types)', 'result[0]', "'allow_open_source_overage'", "'results'"),
        ('sorted(InlineResponse2001.swagger_types)', 'result[1]', "'bandwidth_overage_limit'", None),
        ('sorted(InlineResponse2001.swagger_types)', 'result[2]', "'storage_overage_limit'", None),
        ('InlineResponse2001(results=[])', 'result', 'raises TypeError', 'KeyPage'),
    ), ('2.0.42',)),
    Shown('`ErrorDetail`',
          Script("""
cloudsmith_api.ErrorDetail(detail='x', fields={'email': ['y']})
from cloudsmith_api.models.error_detail import ErrorDetail
"""), (
        ("cloudsmith_api.ErrorDetail(detail='x', fields={'email': ['y']})", 'result',
         'ErrorDetail', 'raises AttributeError'),
        ('from cloudsmith_api.models.error_detail import ErrorDetail', 'result', None, 'raises ModuleNotFoundError'),
    )),
    Shown('`pickle` of a `Configuration`',
          Script("""
import pickle
type(pickle.loads(pickle.dumps(configuration))).__name__
"""), (
        ('type(pickle.loads(pickle.dumps(configuration))).__name__', 'result',
         'raises TypeError', "'Configuration'"),
    ), ('2.0.19',)),
    Shown('`debug = True` does not log to stderr',
          Script("""
configuration.debug = True
[type(handler) for handler in logging.getLogger('cloudsmith_api').handlers].count(logging.StreamHandler)
"""), (
        ("[type(handler) for handler in logging.getLogger('cloudsmith_api').handlers].count(logging.StreamHandler)",
         'result', '0', '1'),
    ), ('2.0.42',)),
    Shown('`code` of `ErrorDetail`',
          Script("""
hasattr(getattr(cloudsmith_api, 'ErrorDetail', None), 'code')
"""), (
        ("hasattr(getattr(cloudsmith_api, 'ErrorDetail', None), 'code')", 'result', 'True', 'False'),
    ), ('2.0.42',)),
)
