using TPWallet.Tests.Chaos;
using TPWallet.Tests.Simulation;

return args is ["chaos", .. var rest] ? await ChaosCommand.RunAsync(rest, Console.Out) : SimulateCommand.Run(args, Console.Out);
