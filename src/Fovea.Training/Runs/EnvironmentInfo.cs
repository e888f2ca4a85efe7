using System.Reflection;
using System.Runtime.InteropServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Training;

/// <summary>What a run ran on: the program, the runtime, the machine. <see cref="ToJson"/> is its <c>environment.json</c>.</summary>
public static class EnvironmentInfo
{
    /// <summary>The version, of a build from a repository with a plus and the commit.</summary>
    public static string Version { get; } =
        typeof(EnvironmentInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>The commit that the program was built from; null if the build did not know it.</summary>
    public static string? Commit { get; } = Version.Split('+') is [_, var commit] ? commit : null;

    /// <summary>The version for people: of the commit, what tells it from others.</summary>
    public static string ShortVersion => Commit is { Length: > 8 } commit ? $"{Version.Split('+')[0]}+{commit[..8]}" : Version;

    /// <summary>The processor's name as the system gives it; where it gives none, the architecture.</summary>
    public static string Processor { get; } = ProcessorName();

    /// <summary>All of it on one line of JSON.</summary>
    public static string ToJson() => JsonLine.Of(json =>
    {
        json.WriteString("fovea", Version);
        json.WriteString("commit", Commit);
        json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
        json.WriteString("os", RuntimeInformation.OSDescription);
        json.WriteString("architecture", RuntimeInformation.ProcessArchitecture.ToString());
        json.WriteString("processor", Processor);
        json.WriteNumber("processors", Environment.ProcessorCount);
        json.WriteString("instructions", VectorInfo.Description);
        json.WriteNumber("threads", ParallelPool.Threads);
        json.WriteNumber("memoryBytes", GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        json.WriteString("machine", Environment.MachineName);
        json.WriteString("started", DateTime.UtcNow);
    });

    private static string ProcessorName()
    {
        const string Info = "/proc/cpuinfo";
        string? line = File.Exists(Info) ? File.ReadLines(Info).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
