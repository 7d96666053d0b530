return await TPWallet.Signer.Commands.SignerCommands.RunAsync(args, Console.Out, Console.Error, CancellationToken.None);
