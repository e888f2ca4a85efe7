using Fovea.Simd.Memory;

namespace Fovea.Simd.Tests.Memory;

public sealed class FreshPagesTests
{
    [Fact]
    public void A_fresh_page_costs_more_than_nothing_and_less_than_a_millisecond()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Fresh pages are measured on Linux.");

        // A page that was there already is written in some nanoseconds: clearing one alone takes longer.
        Assert.InRange(FreshPages.Microseconds, 0.02, 1000);
        Assert.Equal(FreshPages.Microseconds > 4.5, FreshPages.AreSlow);
    }
}
