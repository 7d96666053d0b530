using Microsoft.AspNetCore.Http;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;

namespace TPWallet.Silo.Gateway;

/// <summary>Refusals on their way out: problem+json with the status of the table.</summary>
internal static class Problems
{
    private const string RetryAfterSeconds = "1";

    public static IResult Result(Rejection rejection) => new Refusal(rejection);

    private sealed class Refusal(Rejection rejection) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var problem = Problem.Of(rejection, RefusalStatus.Of(rejection.Code));
            var response = httpContext.Response;
            if (problem.Status == StatusCodes.Status401Unauthorized) response.Headers.WWWAuthenticate = RequestSignature.Scheme;
            if (RefusalStatus.EndsSoon(rejection.Code)) response.Headers.RetryAfter = RetryAfterSeconds;
            return Results.Json(problem, RestJson.Default.Problem, Problem.MediaType, problem.Status).ExecuteAsync(httpContext);
        }
    }
}
