using TPWallet.Client.Cli;

return await CommandLine.RunAsync(args, CancellationToken.None);
