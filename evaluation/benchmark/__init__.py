"""What it costs, beside its peers and alone: speed, memory and quality of whole systems, each in a process of its own."""
