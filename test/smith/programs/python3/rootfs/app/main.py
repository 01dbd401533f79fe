import collections, hashlib, json
print(json.dumps({"sha256": hashlib.sha256(b"railcar").hexdigest()[:8], "most": collections.Counter("banana").most_common(1)}))
