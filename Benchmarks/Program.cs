using Spectre.Console;
using TPWallet.Benchmarks;
using TPWallet.Benchmarks.Chain;
using TPWallet.Benchmarks.Channels;
using TPWallet.Benchmarks.Crypto;
using TPWallet.Benchmarks.Fees;
using TPWallet.Benchmarks.Journal;
using TPWallet.Benchmarks.Risk;
using TPWallet.Benchmarks.Routing;
using TPWallet.Benchmarks.Runtime;
using TPWallet.Benchmarks.Scale;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

if (args is [OtherRuntime.Verb]) return await OtherRuntime.ServeAsync(Console.In, Console.Out, stop.Token);

IBenchmark[] benchmarks = [new CryptoBenchmark(), new JournalBenchmark(), new RuntimeBenchmark(), new ScaleBenchmark(), new RiskBenchmark(), new FeesBenchmark(), new ChainBenchmark(), new ChannelsBenchmark(), new RoutingBenchmark()];
return await new BenchRunner(benchmarks, BenchRunner.FindRoot(), AnsiConsole.Console).RunAsync(args, stop.Token);
