"""What pages about the law say in the language of the page."""

from django import template

from wizard.answers import country_name

register = template.Library()
register.filter("country", country_name)
