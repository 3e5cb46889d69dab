"""Answers with the levels the raters' manual gives them: (answer, self, other, total), by rule; made up here."""

from __future__ import annotations

Answer = tuple[str, int, int, int]

LEVELS: list[Answer] = [
    # 0: thoughts, facts, practical steps
    ("I would think she made a mistake. She would know it too.", 0, 0, 0),
    ("I'd feel that this is unfair. He would wonder what happened.", 0, 0, 0),
    ("I would feel confused and unsure what to say. They would be puzzled.", 0, 0, 0),
    ("I would ring the bank and explain it. The clerk would ask for my number.", 0, 0, 0),
    ("I would feel like a failure. She would feel as if it were over.", 0, 0, 0),
    ("I'd hope she calls me back. She would wish me luck.", 0, 0, 0),
    ("Nothing, really.", 0, 0, 0),
    ("", 0, 0, 0),
    # 1: the body
    ("My stomach would drop. He'd be exhausted.", 1, 1, 1),
    ("I would feel sick and shaky. Her heart would race.", 1, 1, 1),
    ("My heart would probably sink. His face would go red.", 1, 1, 1),
    ("I'd have a lump in my throat. The runner's leg would hurt.", 1, 1, 1),
    # 2: acts, urges, good and bad
    ("I would want to hit him. He would walk away.", 2, 2, 2),
    ("I'd feel like screaming. She would burst into tears.", 2, 2, 2),
    ("I'd feel awful. My friend would be upset.", 2, 2, 2),
    ("I would hug her. She would smile.", 2, 2, 2),
    ("I'd feel overwhelmed. He would feel better.", 2, 2, 2),
    ("I would be torn. She would have mixed feelings.", 2, 2, 2),
    ("I'd be tempted to leave. They would feel supported.", 2, 2, 2),
    ("I would want to help her. She would feel great.", 2, 2, 2),
    # 3: one emotion; two words of a family stay one
    ("I would be angry. She would feel guilty.", 3, 3, 3),
    ("I'd be sad, really heartbroken. He'd be furious and annoyed.", 3, 3, 3),
    ("I would feel a deep sadness. My neighbour would feel relieved.", 3, 3, 3),
    ("I would be at peace. She'd feel a sense of relief.", 3, 3, 3),
    ("I'd miss her. She would envy me.", 3, 3, 3),
    ("I would feel sick, awful and angry. He would cry because he is lonely.", 3, 3, 3),
    ("Anger would rise in me. Shame would wash over him.", 3, 3, 3),
    ("I'd be let down. The other person would feel embarrassed.", 3, 3, 3),
    ("I would worry about her. She would love it.", 3, 3, 3),
    # 4 and 5: blends
    ("I would be proud and a little envious. She would be happy.", 4, 3, 4),
    ("I'd feel relief, then guilt. He would feel joy and gratitude.", 4, 4, 5),
    ("I'd be sad and angry. She would be sad and angry too.", 4, 4, 4),
    ("I would feel bittersweet. She would feel sad.", 4, 3, 4),
    ("I'd be hurt, disappointed and frustrated. My boss would be ashamed but also relieved.", 4, 4, 5),
    ("My joy would be mixed with a touch of worry. Her pride would be tinged with sadness.", 4, 4, 5),
]

DENIALS: list[Answer] = [
    ("I would not be angry. She wouldn't feel guilty.", 0, 0, 0),
    ("I'd be sad rather than angry. He'd feel pride instead of envy.", 3, 3, 3),
    ("I would be not only sad but also angry. He would feel not just relief but joy.", 4, 4, 5),
    ("I wouldn't be happy. He would not be pleased at all.", 2, 2, 2),
    ("I would not feel bad. She would never be jealous.", 0, 0, 0),
    ("I'd be not unhappy. She'd feel not bad.", 2, 2, 2),
    ("I would be neither happy nor sad. He would feel neither joy nor anger.", 0, 0, 0),
    ("I would not be angry, hurt or ashamed. He would be no longer afraid.", 0, 0, 0),
    ("I wouldn't be angry, just sad. She would not be jealous but proud.", 3, 3, 3),
    ("I don't think he would be sad. I don't believe I would be angry.", 0, 0, 0),
    ("I'd feel calm, without any fear. She would have no regrets.", 3, 0, 3),
    ("I couldn't be happier. She has never been so proud.", 3, 3, 3),
    ("I can't help feeling jealous. He could not hide his disappointment.", 3, 3, 3),
    ("I'd be too tired to be angry. He would be far from happy.", 1, 0, 1),
    ("I would not know what to say and feel ashamed.", 3, 0, 3),
    ("I wouldn't say anything, but I'd be furious.", 3, 0, 3),
]

PERSONS: list[Answer] = [
    ("I would be angry at her.", 3, 0, 3),
    ("She would make me furious.", 3, 0, 3),
    ("It would make me sad to see her so angry.", 3, 3, 3),
    ("I think he would be sad.", 0, 3, 3),
    ("We would both be glad.", 3, 3, 3),
    ("My friend and I would be proud.", 3, 3, 3),
    ("You would feel ashamed. Your colleague would feel sorry for you.", 3, 3, 3),
    ("I would annoy her.", 0, 3, 3),
    ("Her words would hurt me.", 3, 0, 3),
    ("I'd be disappointed that she forgot, and angry.", 4, 0, 4),
    ("I would sense her sadness and feel pity.", 3, 3, 3),
    ("Priya would feel proud of me. I'd be embarrassed.", 3, 3, 3),
    ("The man across the street, meanwhile, would be terrified.", 0, 3, 3),
    ("I'd be glad. As for my sister, probably jealous.", 3, 3, 3),
    ("I would be nervous. She would be calm. Maybe even amused.", 3, 4, 4),
    ("The news would fill me with dread and leave him speechless.", 3, 3, 3),
    ("Both of us would feel relieved.", 3, 3, 3),
    ("I would feel grateful to my mother, who would be proud.", 3, 3, 3),
    ("I want her to be happy, and I'd be proud of her.", 3, 0, 3),
    ("She might think I am angry with her.", 0, 0, 0),
    ("I'd be hurt because he laughed at me.", 3, 0, 3),
    ("If she is angry, I would be afraid.", 3, 0, 3),
    ("I'd be relieved if he were sad.", 3, 0, 3),
]

HEADED: list[Answer] = [
    ("You: Sad and angry.\nThe other person: Guilty.", 4, 3, 4),
    ("**You:** I'd be proud.\n\n**The other person:** Relief, then shame.", 3, 4, 4),
    ("1. You - awful\n2. The other person - tired", 2, 1, 2),
    ("## How you would feel\nAnnoyed.\n## How the other person would feel\nAmused and glad.", 3, 4, 4),
    ("Me: I'd be nervous.\nMy friend: She would be excited, happy too.", 3, 4, 4),
    ("You: I would be angry. The other person: They would be sorry for what they did.", 3, 3, 3),
    ("You: I'd be moved that she was so proud.\nAnna: proud", 3, 3, 3),
    ("You: disappointed, because my friend would be sad.\nThe other person: sad", 3, 3, 3),
    ("The other person: I would feel terrible and ashamed.\nYou: hurt", 3, 3, 3),
    ('You: "I would feel hurt and lonely."\nThe other person: "Guilty."', 4, 3, 4),
    ("| You | happy |\n| Other person | jealous |", 3, 3, 3),
    ("Both: we would laugh.", 2, 2, 2),
]

LOOK_LIKE_FEELINGS: list[Answer] = [
    ("I'm afraid there is no seat left.", 0, 0, 0),
    ("I would be happy to help. She would say she is sorry.", 0, 3, 3),
    ("I'd say: sorry I'm late.", 0, 0, 0),
    ("I feel like a coffee.", 0, 0, 0),
    ("As an AI, I don't have feelings.", 0, 0, 0),
    (
        "As an AI language model I cannot feel sadness or joy, but in this scene I would feel sad. He would be glad.",
        3,
        3,
        3,
    ),
    ("It is a sad story with an angry customer.", 0, 0, 0),
    ("He is annoying. That would be good news.", 0, 0, 0),
    ("I'd love to come. She would try to be calm.", 0, 0, 0),
    ('She would say "I am so proud of you". I would blush.', 1, 3, 3),
    ('I would tell her "you must be sad" and leave.', 0, 0, 0),
    ("I'd find it annoying. She would wish him a happy birthday.", 3, 0, 3),
    ("My best friend had a good time at the party.", 0, 0, 0),
    ("I would move house. He would calm down the dog.", 0, 0, 0),
]

ALL = [*LEVELS, *DENIALS, *PERSONS, *HEADED, *LOOK_LIKE_FEELINGS]
