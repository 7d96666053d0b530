using System.Security.Cryptography;
using TPWallet.Client.Routes;
using TPWallet.Demo.People;
using TPWallet.Demo.Telling;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Demo.Acts;

/// <summary>Many payments by one way: the payer's program sends some at once, the payee's takes each by the secret that it made up for it.</summary>
/// <param name="payer">With the channel that the way begins by.</param>
/// <param name="payee">With the channel that it ends by.</param>
internal sealed class RoutedPayments((Party Party, ChannelRef Side) payer, (Party Party, ChannelRef Side) payee, RouteCarrier hop, UInt256 amount, int count)
{
    /// <summary>Under way at once: below the 30 locks that a state may hold each way.</summary>
    private const int AtOnce = 16;

    /// <summary>Seconds of the chain's clock that the payee's locks last.</summary>
    private const ulong Lasts = 10_000;

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(80);

    private readonly Bytes32[] _secrets = [.. Enumerable.Range(0, count).Select(static _ => Bytes32.From(RandomNumberGenerator.GetBytes(UInt256.Size)))];
    private int _next;
    private int _paid;

    /// <summary>Payments that the payer has the proof of.</summary>
    public int Paid => Volatile.Read(ref _paid);

    /// <summary>What each costs the payer.</summary>
    public UInt256 Cost => ChannelRoute.Wrap([hop], payee.Party.OnionKey, amount, Lasts, default).Amount;

    /// <summary>Ends when all are paid.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var expiry = (await payer.Party.ReadAsync(payer.Side, cancellationToken)).Second + Lasts;
        var taking = TakeAsync(end.Token);
        var sending = Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => SendAsync(expiry, cancellationToken)));
        await await Task.WhenAny(sending, taking);
        await end.CancelAsync();
        await taking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static Bytes32 TargetOf(Bytes32 secret) => Bytes32.From(SHA256.HashData(secret.ToArray()));

    private async Task SendAsync(ulong expiry, CancellationToken cancellationToken)
    {
        while (Interlocked.Increment(ref _next) - 1 is var i && i < _secrets.Length)
        {
            var (target, key, channels) = (TargetOf(_secrets[i]), IdempotencyKey.New(), payer.Party.House.Channels);
            var first = ChannelRoute.Wrap([hop], payee.Party.OnionKey, amount, expiry, target);
            payer.Party.Take(
                await channels.OfferAsync(key, payer.Party.Account, payer.Side, first.Amount, first.Expiry, LockKind.Hash, target, first.Onion, cancellationToken), $"payment {i}");
            var update = channels.IdOf(key, Operations.OfferLock, payer.Party.Account, payer.Side);
            await PaidAsync(first, update, cancellationToken);
            Interlocked.Increment(ref _paid);
        }
    }

    private async Task PaidAsync(RoutedLock first, Guid update, CancellationToken cancellationToken)
    {
        while (true)
        {
            switch (await payer.Party.House.Channels.FollowAsync(payer.Party.Account, payer.Side, update, cancellationToken))
            {
                case UpdateStanding.Paid:
                    return;
                case UpdateStanding.Refused refused:
                    throw new DemoFailedException($"a payment was refused: {refused.Rejection}");
                case UpdateStanding.Failed failed:
                    throw new DemoFailedException($"a payment came back: {(failed.Reason is { } reason ? first.Read(reason) : null)}");
                default:
                    await Task.Delay(Between, cancellationToken);
                    break;
            }
        }
    }

    /// <summary>The payee's program: looks at the locks, and takes those whose secret it made up. Ends by being cancelled.</summary>
    private async Task TakeAsync(CancellationToken cancellationToken)
    {
        var (party, side) = payee;
        var secrets = _secrets.ToDictionary(TargetOf);
        var taken = new HashSet<long>();
        while (true)
        {
            var view = await party.ReadAsync(side, cancellationToken);
            foreach (var open in view.Book.Locks)
            {
                if (open.Offerer == side.Us || !secrets.TryGetValue(open.Target, out var secret) || !taken.Add(open.Number)) continue;
                party.Take(await party.House.Channels.FulfilAsync(IdempotencyKey.New(), party.Account, side, open.Number, secret, cancellationToken), $"lock {open.Number}");
            }

            await Task.Delay(Between, cancellationToken);
        }
    }
}
