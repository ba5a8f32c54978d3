"""Words of the law in templates: `{% load lawbook %}`."""

from django import template

from ..words import kind_words

register = template.Library()

register.filter("note_kind", kind_words)
