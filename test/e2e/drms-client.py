"""Asks a server by the Python client of the field and prints what it got as JSON: drms-client.py BASE_URL QUERIES_AS_JSON"""

import json
import sys
import warnings

warnings.simplefilter("ignore")

import drms  # noqa: E402


def plain(value):
    """What pandas and numpy have as values of JSON."""
    if hasattr(value, "to_dict"):
        # JSON has no NaN.
        known = value.astype(object).where(value.notna(), None)
        return {"index": [str(one) for one in value.index], "columns": known.to_dict(orient="list")}
    return value.item()


def client(base, **more):
    return drms.Client(
        server=drms.config.ServerConfig(
            name="here",
            cgi_baseurl=base,
            cgi_show_series="show_series",
            cgi_jsoc_info="jsoc_info",
            cgi_jsoc_fetch="jsoc_fetch",
            cgi_check_address="checkAddress.sh",
            http_download_baseurl=base,
            **more,
        )
    )


def answer(here, call):
    """One call: [method, arguments, named arguments]. What it raises is an answer too."""
    method, arguments, named = call
    try:
        got = getattr(here, method)(*arguments, **named)
    except Exception as error:
        return {"raised": type(error).__name__, "text": str(error)}
    if method == "info":
        return {
            "name": got.name,
            "primekeys": got.primekeys,
            "dbindex": got.dbindex,
            "note": got.note,
            "retention": got.retention,
            "unitsize": got.unitsize,
            "archive": got.archive,
            "keywords": got.keywords,
            "segments": got.segments,
            "links": got.links,
        }
    return list(got) if isinstance(got, tuple) else got


base, calls, extra = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])
here = client(base, **extra)
print(json.dumps([answer(here, call) for call in calls], default=plain))
