"""HTTP: OpenAI's shapes, typed predictions, the agent, runs; and MCP."""
