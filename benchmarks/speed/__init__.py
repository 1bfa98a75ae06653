"""What Quaere costs, beside its peers and alone: speed, memory and quality of whole systems."""
