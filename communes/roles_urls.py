"""Administrators' addresses: accounts and roles."""

from django.urls import path

from . import roles_views as views

app_name = "roles"
urlpatterns = [
    path("", views.users, name="users"),
    path("them/", views.user_add, name="user_add"),
    path("<int:pk>/", views.user, name="user"),
    path("<int:pk>/sua/", views.user_edit, name="user_edit"),
    path("<int:pk>/ngung/", views.user_stop, name="user_stop"),
    path("<int:pk>/mo-lai/", views.user_resume, name="user_resume"),
    path("<int:pk>/moi/", views.user_invite, name="user_invite"),
    path("<int:pk>/giao-vai-tro/", views.role_give, name="role_give"),
    path("vai-tro/<int:pk>/ket-thuc/", views.role_end, name="role_end"),
]
