using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Signing;

/// <summary>
/// The signer as its callers see it: over a Unix socket or mutual TLS (Grains, SignerClient), or in the same process for tests and
/// development. Every call may be repeated: the same request gives the same answer. NoAnswer says that it is not known whether the call was
/// done; nothing here repeats a call by itself.
/// </summary>
public interface ISignerPort
{
    /// <summary>A key for an account; the same (account, key) gives the same attestation.</summary>
    Task<SignerAnswer<KeyAttestation>> CreateKeyAsync(CreateKeyRequest request, CancellationToken cancellationToken);

    /// <summary>Starts the signer's own clock for a packet, a change or a freeze; a second time answers the first time.</summary>
    Task<SignerAnswer<Announcement>> AnnounceAsync(AnnounceRequest request, CancellationToken cancellationToken);

    /// <summary>A signature, durable in the signer's store before it leaves it.</summary>
    Task<SignOutcome> SignAsync(SignRequest request, CancellationToken cancellationToken);

    /// <summary>Has the signer sign states of a channel from now on.</summary>
    Task<SignerAnswer<ChannelTaken>> TakeChannelAsync(TakeChannelRequest request, CancellationToken cancellationToken);

    /// <summary>The signature of a channel's state; that it was given is durable before it leaves.</summary>
    Task<SignerAnswer<StateSignature>> SignStateAsync(SignStateRequest request, CancellationToken cancellationToken);

    /// <summary>The signature of what closes or pays out a channel.</summary>
    Task<SignerAnswer<OrderSignature>> SignOrderAsync(SignOrderRequest request, CancellationToken cancellationToken);

    /// <summary>The signature of what other operators are told of a side of a channel.</summary>
    Task<SignerAnswer<AnnouncementSignature>> SignAnnouncementAsync(SignAnnouncementRequest request, CancellationToken cancellationToken);

    /// <summary>The signature of an invoice.</summary>
    Task<SignerAnswer<InvoiceSignature>> SignInvoiceAsync(SignInvoiceRequest request, CancellationToken cancellationToken);

    /// <summary>Has the signer sign for a channel on a chain of the Bitcoin family from now on; the same channel gives the same keys.</summary>
    Task<SignerAnswer<CoinChannelTaken>> TakeCoinChannelAsync(TakeCoinChannelRequest request, CancellationToken cancellationToken);

    /// <summary>What the keys of such a channel sign or give up; that it was given is durable before it leaves.</summary>
    Task<SignerAnswer<CoinGiven>> SignCoinChannelAsync(SignCoinChannelRequest request, CancellationToken cancellationToken);

    Task<SignerAnswer<SignerIdentity>> IdentityAsync(CancellationToken cancellationToken);

    /// <summary>What was signed, newest first: what a restored journal is compared with.</summary>
    Task<SignerAnswer<SignedPage>> SignedAsync(SignedQuery query, CancellationToken cancellationToken);
}

/// <summary>What a call to the signer gave.</summary>
[GenerateSerializer, Immutable, Alias("tpw.signer-answer`1")]
public abstract record SignerAnswer<T>
{
    private SignerAnswer()
    {
    }

    [GenerateSerializer, Immutable, Alias("tpw.signer-answer.given`1")]
    public sealed record Given(T Value) : SignerAnswer<T>;

    [GenerateSerializer, Immutable, Alias("tpw.signer-answer.refused`1")]
    public sealed record Refused(Rejection Rejection) : SignerAnswer<T>;

    [GenerateSerializer, Immutable, Alias("tpw.signer-answer.none`1")]
    public sealed record NoAnswer(string Detail) : SignerAnswer<T>;
}

/// <summary>When the signer, by its own clock, first saw a subject with a valid vote.</summary>
[GenerateSerializer, Immutable, Alias("tpw.announcement")]
public sealed record Announcement(Bytes32 Subject, Instant FirstSeen);

/// <summary>
/// Who a signer is and how long its store is. A caller that keeps the highest <paramref name="Facts"/> it saw notices a store that was put
/// back to an older copy: the number never falls.
/// </summary>
/// <param name="PublicKey">Ed25519 identity key, 32 bytes: what <see cref="KeyAttestation.SignerIdentity"/> must be.</param>
/// <param name="Facts">Facts in the append-only store.</param>
/// <param name="Head">Keyed hash of the last fact, chained over all before it.</param>
[GenerateSerializer, Immutable, Alias("tpw.signer-identity")]
public sealed record SignerIdentity(HexBytes PublicKey, long Facts, Bytes32 Head);
