using System.Reflection;
using System.Runtime.InteropServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Training;

/// <summary>The run's <c>environment.json</c>: what it ran on.</summary>
internal static class EnvironmentInfo
{
    public static string ToJson() => JsonLine.Of(json =>
    {
        json.WriteString("fovea", Version);
        json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
        json.WriteString("os", RuntimeInformation.OSDescription);
        json.WriteString("architecture", RuntimeInformation.ProcessArchitecture.ToString());
        json.WriteNumber("processors", Environment.ProcessorCount);
        json.WriteNumber("threads", WorkerTeam.Threads);
        json.WriteNumber("memoryBytes", GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        json.WriteString("instructions", VectorInfo.Description);
        json.WriteString("machine", Environment.MachineName);
        json.WriteString("started", DateTime.UtcNow);
    });

    /// <summary>The version for people: of the commit, what tells it from others.</summary>
    public static string ShortVersion => Version.Split('+') is [var number, { Length: > 8 } commit] ? $"{number}+{commit[..8]}" : Version;

    public static string Version { get; } =
        typeof(EnvironmentInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
