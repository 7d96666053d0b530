using Orleans;
using TPWallet.Domain.Notifications;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Journal;

namespace TPWallet.Silo.Composition;

/// <summary>
/// Wakes the accounts that have webhooks, at the start and once a minute: after a crash their wake rows would do so too, but only when they are due, which for an endpoint that
/// had nothing to tell for long is minutes later. Whoever listens has such a row, so the table is the list of them.
/// </summary>
internal sealed class WebhookStart(IClusterClient grains, IJournalFeed feed, TimeProvider time, ILogger<WebhookStart> log) : BackgroundService
{
    private const int Page = 256;
    private static readonly TimeSpan _every = TimeSpan.FromMinutes(1);

    /// <summary>Sooner after a failure, as while the silo is still coming up.</summary>
    private static readonly TimeSpan _again = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var done = await TryWakeAllAsync(stoppingToken);
            await Task.Delay(done ? _every : _again, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> TryWakeAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            var after = default(StreamId);
            while (await feed.ReadWakingAsync(WebhookDecider.Kind, after, Page, cancellationToken) is { Count: > 0 } owners)
            {
                // A read is enough: an activation that has somebody to listen for stays.
                await Task.WhenAll(owners.Select(owner => grains.GetGrain<IWebhookGrain>(owner.Key).Read()));
                after = owners[^1].Id;
            }

            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            log.LogWarning(e, "Waking the accounts that have webhooks failed; tried again soon.");
            return false;
        }
    }
}
