"""The model card for people and programs: HTML, Markdown and CHAI Applied Model Card XML."""
