using TPWallet.Tests.Chaos;
using TPWallet.Tests.Domain.Channels.Three;
using TPWallet.Tests.Histories;
using TPWallet.Tests.Simulation;

return args switch
{
    ["chaos", .. var rest] => await ChaosCommand.RunAsync(rest, Console.Out),
    ["histories", .. var rest] => await HistoriesCommand.RunAsync(rest, Console.Out),
    ["channels", .. var rest] => ThreeCommand.Run(rest, Console.Out),
    _ => SimulateCommand.Run(args, Console.Out),
};
