"""The screens: one question each, in a folder per section; ``_ui`` holds what they share."""
