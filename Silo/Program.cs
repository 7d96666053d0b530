System.Console.WriteLine("Silo");
