using TPWallet.Tests.Simulation;

return SimulateCommand.Run(args, Console.Out);
