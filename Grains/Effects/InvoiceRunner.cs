using System.Security.Cryptography;
using TPWallet.Crypto;
using TPWallet.Domain.Invoices;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Personal;

namespace TPWallet.Grains.Effects;

/// <summary>Makes invoices: what the deployment's secret makes of a name, how its maker is reached, and its channel key's signature of all that.</summary>
public sealed class InvoiceRunner(ISignerPort signer, MasterKey keys, NetworkMaps maps, PersonalTexts texts, TimeProvider time)
{
    /// <summary>Nobody could pay an invoice of a key that has no channel: it is asked for again until there is one, or the invoice expires.</summary>
    public async Task<EffectResult> RunAsync(Effect.MakeInvoice e, CancellationToken cancellationToken)
    {
        var (invoice, place) = (e.Invoice, e.Content.Place);
        var map = await maps.ReadAsync(new(place.Chain, place.Manager, place.Token));
        using var onion = keys.OnionKey(invoice.Account, place.Key);
        var hash = Bytes32.From(SHA256.HashData(keys.InvoiceSecret(invoice, e.Intent).ToArray()));
        var terms = map.Reached(new(hash, keys.PaymentSecret(invoice), HexBytes.From(Secp256k1.CreatePublicKey(onion))), invoice.Account, place.Key);
        if (terms.Node is null || map.SidesOf(invoice.Account, place.Key) is not [var side, ..]) return new EffectResult.NoAnswer($"{place.Key} has no open channel of that contract and token.");
        var description = await texts.OpenAsync(invoice.Account, e.Content.Description, cancellationToken);
        var seal = new InvoiceSeal(new(time.GetUtcNow().ToUnixTimeMilliseconds()), WordsOf(keys, invoice, e.Intent, description).Hash, default);
        var unsigned = new ChannelInvoice(invoice, place, e.Content.Amount, e.Content.ExpiresAt, terms with { Seal = seal });
        // What the signer refuses it may take later: a channel that it has not taken yet, a clock that runs behind.
        return await signer.SignInvoiceAsync(new(invoice.Account, side, unsigned), cancellationToken) switch
        {
            SignerAnswer<InvoiceSignature>.Given { Value: var given } => new EffectResult.InvoiceMade(terms with { Seal = seal with { Signature = given.Signature } }),
            SignerAnswer<InvoiceSignature>.Refused { Rejection: var refused } => new EffectResult.NoAnswer(refused.ToString()),
            var other => new EffectResult.NoAnswer($"{other}"),
        };
    }

    /// <summary>What the payer reads, with what nobody guesses.</summary>
    internal static InvoiceWords WordsOf(MasterKey keys, InvoiceRef invoice, Guid intent, string description) =>
        new(HexBytes.From(keys.InvoiceBlind(invoice, intent).ToArray().AsSpan(0, InvoiceWords.BlindLength)), description);
}
