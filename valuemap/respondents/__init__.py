"""Who answers: models, simulated respondents, people."""
