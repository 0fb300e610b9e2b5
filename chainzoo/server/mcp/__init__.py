"""The tools for clients of the Model Context Protocol (MCP)."""
