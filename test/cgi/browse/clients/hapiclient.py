"""Stands in for the Python client of HAPI: asks as that does, ids and times put into the address as they are given."""

import json
import urllib.request


def hapi(server, dataset, parameters, start, stop):
    info = json.load(urllib.request.urlopen(f"{server}/info?id={dataset}"))
    words = f"id={dataset}&parameters={parameters}&time.min={start}&time.max={stop}&format=csv"
    with urllib.request.urlopen(f"{server}/data?{words}") as answer:
        data = answer.read().decode().splitlines()
    print(json.dumps({"names": [one["name"] for one in info["parameters"]], "records": len(data)}))
    return data, info
