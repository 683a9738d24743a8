global using System.Collections.Concurrent;
global using Chat.Testing;
