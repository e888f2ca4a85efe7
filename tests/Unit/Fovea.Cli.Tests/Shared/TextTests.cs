using System.Globalization;
using Fovea.Imaging;
using Fovea.Io;
using Fovea.Testing;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Cli.Tests.Shared;

/// <summary>Numbers, words and codes.</summary>
public sealed class TextTests
{
    public static TheoryData<string, int?> Codes => new()
    {
        { "cancelled", ExitCode.Interrupted },
        { "diverged", ExitCode.Diverged },
        { "option", ExitCode.WrongUse },
        { "shape", ExitCode.WrongUse },
        { "data", ExitCode.BadData },
        { "format", ExitCode.BadData },
        { "image", ExitCode.BadData },
        { "missing", ExitCode.BadData },
        { "full", ExitCode.Disk },
        { "io", ExitCode.Disk },
        { "access", ExitCode.Disk },
        { "defect", null },
    };

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_error_that_a_user_can_cause_has_its_code(string kind, int? code)
    {
        Exception error = kind switch
        {
            "cancelled" => new OperationCanceledException(),
            "diverged" => new DivergedException("no"),
            "option" => new OptionException("lr", "no"),
            "shape" => new ShapeException("op", "a", "b"),
            "data" => new DataException("no"),
            "format" => new DataFormatException("no"),
            "image" => new ImageException(ImageError.Malformed, "no"),
            "missing" => new FileNotFoundException("no"),
            "full" => new DiskFullException("a", 10, 5),
            "io" => new IOException("no"),
            "access" => new UnauthorizedAccessException("no"),
            _ => new InvalidOperationException("no"),
        };
        Assert.Equal(code, ExitCode.Of(error));
    }

    [Theory]
    [InlineData(0.04, "0.0 s")]
    [InlineData(8.24, "8.2 s")]
    [InlineData(59.4, "59 s")]
    [InlineData(83, "1:23")]
    [InlineData(7425, "2:03:45")]
    [InlineData(273_600, "3 d 4 h")]
    public void Times_are_short(double seconds, string text) => Assert.Equal(text, Quantity.Time(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(999, "999 bytes")]
    [InlineData(1_100_000, "1.1 MB")]
    [InlineData(25_000, "25 kB")]
    [InlineData(3_000_000_000, "3 GB")]
    public void Sizes_are_short(long bytes, string text) => Assert.Equal(text, Quantity.Bytes(bytes));

    [Fact]
    public void Numbers_do_not_depend_on_the_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture.Clone() is CultureInfo changed && (changed.NumberFormat.NumberDecimalSeparator = ",") == "," ? changed : before;
        try
        {
            Assert.Equal("81.32 %", Quantity.Percent(0.81321));
            Assert.Equal("1.5e-05", Quantity.Rate(1.5e-5));
            Assert.Equal("1.1 MB", Quantity.Bytes(1_100_000));
            Assert.Equal("0.5417", Quantity.Number(0.54171));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Counts_have_their_nouns()
    {
        Assert.Equal("1 image", Quantity.Of(1, "image"));
        Assert.Equal("12,345 images", Quantity.Of(12_345, "image"));
        Assert.Equal("2 classes", Quantity.Of(2, "class"));
    }

    [Fact]
    public void The_program_is_named_so_that_a_shell_finds_it()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File(OperatingSystem.IsWindows() ? "fovea.exe" : "fovea");
        Assert.Equal(file, Invocation.Program(file, folder.Path, null));
        Assert.Equal($"dotnet {Path.Combine(folder.Path, "fovea.dll")}", Invocation.Program("/usr/bin/dotnet", folder.Path, string.Empty));
        Assert.Equal("fovea", Invocation.Program("/usr/bin/tests", folder.Path, null));
        File.WriteAllText(file, "installed");
        Assert.Equal("fovea", Invocation.Program(file, folder.Path, $"{Path.GetTempPath()}{Path.PathSeparator}{folder.Path}"));
    }
}
