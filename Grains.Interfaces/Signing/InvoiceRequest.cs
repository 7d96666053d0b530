using Orleans;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Signing;

/// <summary>
/// Asks for the signature of an invoice: it says whose it is, and takes nothing from the account, so that neither a mandate nor a freeze is asked for. None is signed as made at a time to come.
/// </summary>
/// <param name="Side">A side of the channel key that the invoice names.</param>
/// <param name="Content">Its seal says when it was made and which words it has; the signature in it does not count.</param>
[GenerateSerializer, Immutable, Alias("tpw.sign-invoice")]
public sealed record SignInvoiceRequest(AccountId Account, ChannelRef Side, ChannelInvoice Content);

/// <summary>A channel key's signature of an invoice: 64 bytes, EIP-2098.</summary>
[GenerateSerializer, Immutable, Alias("tpw.invoice-signature")]
public sealed record InvoiceSignature(HexBytes Signature);
