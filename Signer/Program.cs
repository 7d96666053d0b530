System.Console.WriteLine("Signer");
