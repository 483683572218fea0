"""The law, one module per provision, named by it. Each stands beside its text in our words."""
