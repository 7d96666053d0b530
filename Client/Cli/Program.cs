System.Console.WriteLine("Cli");
