"""Activities on their way out: streams, GPX, TCX, GeoJSON and the file as it came."""
