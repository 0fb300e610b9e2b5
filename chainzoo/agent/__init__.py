"""The agent: tools, approvals, conversations, plans of fine-tunings, and the embedded brain."""
