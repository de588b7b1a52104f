"""All that the web application takes from emofuse: the only folder here that imports it."""
