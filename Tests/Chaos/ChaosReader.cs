using TPWallet.Client;
using TPWallet.Demo.Processes;
using TPWallet.Tests.Simulation;

namespace TPWallet.Tests.Chaos;

/// <summary>A program that looks at accounts all the time: whatever it sees must be what the journal holds under that version, and durable.</summary>
internal sealed class ChaosReader(int number, Front front, ChaosTown town, CommandLog log, Chance chance)
{
    /// <summary>Most programs only look.</summary>
    public const int ForEachPayer = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public async Task RunAsync(CancellationToken enough, CancellationToken bound)
    {
        while (!enough.IsCancellationRequested)
        {
            ServingSilo silo;
            try
            {
                silo = await front.AnyAsync(chance, enough);
            }
            catch (OperationCanceledException) when (enough.IsCancellationRequested)
            {
                return;
            }

            using var stop = CancellationTokenSource.CreateLinkedTokenSource(bound, silo.Gone);
            try
            {
                var account = chance.Pick(town.Teams).Id;
                var view = await silo.WalletOf(number).ReadAccountAsync(account, stop.Token) ?? throw new InvalidOperationException($"{account} is not there.");
                log.Saw(view);
            }
            catch (Exception broken) when (!bound.IsCancellationRequested && broken is OperationCanceledException or RefusedException)
            {
                // That silo is gone, or says nothing for now.
                await PlanClock.AfterAsync(Pause, bound);
            }
        }
    }
}
