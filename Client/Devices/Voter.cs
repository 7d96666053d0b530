using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Devices;

/// <summary>Whose vote it is: the member, his device as the roster names it, and the device's key.</summary>
public sealed record Voter(Name Member, Name Device, DeviceKey Key);
