namespace Chat.Silo;
