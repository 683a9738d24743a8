global using Chat.Testing;
