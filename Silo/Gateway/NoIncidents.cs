using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using TPWallet.Grains.Shell;

namespace TPWallet.Silo.Gateway;

/// <summary>
/// Degraded while this silo has incidents: it goes on serving (status 200), and an operator must look. The answer names codes and counts only; whom they
/// concern is in the log, since this endpoint asks for no key.
/// </summary>
internal sealed class NoIncidents(IncidentBoard incidents) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var byCode = incidents.All.GroupBy(incident => incident.Code).ToDictionary(group => group.Key, object (group) => group.Count());
        return Task.FromResult(byCode.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded("incidents: see the log", data: byCode));
    }

    /// <summary>{"status":…,"checks":{"cluster":"Healthy","incidents":"Degraded"},"incidents":{"journal.audit":2}}</summary>
    public static async Task WriteAsync(HttpContext http, HealthReport report)
    {
        http.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("status", report.Status.ToString());
        json.WriteStartObject("checks");
        foreach (var (name, entry) in report.Entries) json.WriteString(name, entry.Status.ToString());
        json.WriteEndObject();
        json.WriteStartObject("incidents");
        foreach (var (code, count) in report.Entries.SelectMany(entry => entry.Value.Data)) json.WriteNumber(code, (int)count);
        json.WriteEndObject();
        json.WriteEndObject();
        await json.FlushAsync(http.RequestAborted);
    }
}
