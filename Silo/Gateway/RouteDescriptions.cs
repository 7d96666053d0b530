using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;

namespace TPWallet.Silo.Gateway;

/// <summary>What each kind of route tells the OpenAPI document.</summary>
internal static class RouteDescriptions
{
    private static readonly int[] Refusals = [400, 401, 403, 404, 409, 410, 413, 422, 429, 503];

    public static void Command<T>(this RouteHandlerBuilder route, string name)
        where T : class, ICommand =>
        Refuses(route.WithName(name).Accepts<T>("application/json").Produces<CommandReply>());

    public static void View<T>(this RouteHandlerBuilder route, string name)
        where T : class =>
        Refuses(route.WithName(name).Produces<T>());

    public static void Question<TAsked, TTold>(this RouteHandlerBuilder route, string name)
        where TAsked : class
        where TTold : class =>
        Refuses(route.WithName(name).Accepts<TAsked>("application/json").Produces<TTold>());

    public static void Events(this RouteHandlerBuilder route, string name) =>
        Refuses(route.WithName(name).Produces(StatusCodes.Status200OK, contentType: "text/event-stream"));

    private static void Refuses(RouteHandlerBuilder route)
    {
        foreach (var status in Refusals) route.Produces<Problem>(status, Problem.MediaType);
    }
}
