"""How far the answers of a study agree with themselves: consistency, stability, and where their variance comes from."""
