"""Every figure of the papers beside ours: under the paper's own protocol, and under a clean one."""
