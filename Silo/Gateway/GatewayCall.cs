using Microsoft.AspNetCore.Http;
using TPWallet.Grains.Interfaces.Rest;

namespace TPWallet.Silo.Gateway;

/// <summary>A request that was read whole and whose sender is known.</summary>
internal sealed record GatewayCall(HttpContext Http, ApiKey Key, byte[] Body);
