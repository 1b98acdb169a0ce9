"""A user's exports by the Python client of the field, as JSON: drms-exports.py BASE_URL FOLDER REQUESTS_AS_JSON

A request is {"args": [...], "named": {...}}; the answer tells what the client knows at each step and what astropy reads in the files.
"""

import json
import os
import sys
import warnings

warnings.simplefilter("ignore")

import drms  # noqa: E402

base, folder, requests = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
here = drms.Client(
    email="user@example.org",
    server=drms.config.ServerConfig(
        name="here",
        cgi_baseurl=base,
        cgi_show_series="show_series",
        cgi_jsoc_info="jsoc_info",
        cgi_jsoc_fetch="jsoc_fetch",
        cgi_check_address="checkAddress.sh",
        http_download_baseurl=base,
    ),
)


def looked(path):
    """What astropy reads; any complaint of it is an error."""
    try:
        from astropy.io import fits
        from astropy.wcs import WCS
    except ImportError:
        return None
    if not path.endswith(".fits"):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with fits.open(path, checksum=True) as file:
            file.verify("exception")
            image = next(unit for unit in file if unit.data is not None)
            header = image.header
            data = image.data
            known = {
                "shape": list(data.shape),
                "compressed": isinstance(image, fits.CompImageHDU),
                "T_REC": header.get("T_REC"),
                "sum": float(data[data == data].sum()),
                "missing": int((data != data).sum()),
            }
    rows, columns = known["shape"]
    middle = WCS(header).pixel_to_world_values((columns - 1) / 2, (rows - 1) / 2)
    # Degrees, west of the middle beyond 180.
    known["middle"] = [float((one + 180) % 360 - 180) * 3600 for one in middle]
    return known


def exported(number, request):
    try:
        export = here.export(*request["args"], **request["named"])
        first = {"status": export._status, "id": export.id, "method": export.method, "protocol": export.protocol}
        if export.id is not None:
            export.wait(timeout=120, sleep=0.2)
        target = os.path.join(folder, str(number))
        os.makedirs(target)
        got = export.download(target)
        paths = [str(one) for one in got.download]
        return {
            "first": first,
            "dir": export.dir,
            "tarfile": export.tarfile,
            "keywords": export.keywords,
            "records": [None if one is None else str(one) for one in got.record],
            "urls": [str(one) for one in got.url],
            "files": paths,
            "sizes": [os.path.getsize(one) for one in paths],
            "looked": [looked(one) for one in paths],
            "again": export.id is None or here.export_from_id(export.id).has_succeeded(),
        }
    except Exception as error:
        return {"raised": type(error).__name__, "text": str(error)}


print(json.dumps([exported(number, one) for number, one in enumerate(requests)]))
