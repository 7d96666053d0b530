// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {Books} from "../src/Books.sol";
import {ChannelManager} from "../src/ChannelManager.sol";
import {Channel, State} from "../src/ChannelTypes.sol";
import {ChannelTest} from "./ChannelTest.sol";
import {VM} from "./IVm.sol";
import {PlainToken} from "./tokens/PlainToken.sol";

/// @notice Deploying, listing tokens, pausing, opening and topping up.
contract OpeningTest is ChannelTest {
    function test_constructor_windowNotAboveTheSpans_isRefused() external {
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.WindowTooShort.selector, 60, 61));
        new ChannelManager(OWNER, 60, 10, 20, 30);
        ChannelManager made = new ChannelManager(OWNER, 61, 10, 20, 30);
        VM.assertEq(made.WINDOW(), 61, "window");
        VM.assertEq(uint256(made.REORG_DEPTH()) + made.FEE_MARGIN() + made.FORCED_INCLUSION(), 60, "spans");
    }

    function test_constructor_windowAboveTheLongest_isRefused() external {
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.WindowTooLong.selector, 60 days + 1, 60 days));
        new ChannelManager(OWNER, 60 days + 1, 0, 0, 0);
    }

    function test_open_byTheLowerKey_countsTheDepositAsItsOwn() external {
        Channel memory channel = _next(token);
        VM.expectEmit(true, true, true, true, address(manager));
        emit ChannelManager.Opened(_id(channel), a, b, address(token), channel.counter, 70, 0);
        VM.prank(FUNDER);
        bytes32 id = manager.open(a, b, address(token), 70);
        VM.assertEq(id, _id(channel), "id");
        VM.assertEq(id, manager.channelId(channel), "channelId");
        VM.assertEq(manager.records(id).fundsA, 70, "deposit");
        VM.assertEq(manager.opened(), 1, "counter");
        VM.assertEq(_owed(token), 70, "owed");
        VM.assertEq(token.balanceOf(address(manager)), 70, "balance");
    }

    function test_open_byTheHigherKey_putsThePartiesInOrder() external {
        Channel memory channel = _next(token);
        VM.prank(FUNDER);
        bytes32 id = manager.open(b, a, address(token), 70);
        VM.assertEq(id, _id(channel), "id");
        VM.assertEq(manager.records(id).fundsB, 70, "deposit");
    }

    function test_open_twice_makesTwoChannels() external {
        VM.startPrank(FUNDER);
        bytes32 one = manager.open(a, b, address(token), 1);
        VM.assertTrue(one != manager.open(a, b, address(token), 1), "same id");
    }

    function test_open_badParties_isRefused() external {
        address[2][3] memory pairs = [[a, a], [address(0), b], [a, address(0)]];
        for (uint256 i = 0; i < 3; ++i) {
            VM.expectRevert(abi.encodeWithSelector(ChannelManager.BadParties.selector, pairs[i][0], pairs[i][1]));
            manager.open(pairs[i][0], pairs[i][1], address(token), 1);
        }
    }

    function test_open_tokenNotOnTheList_isRefused() external {
        PlainToken other = new PlainToken();
        VM.expectRevert(abi.encodeWithSelector(Books.TokenNotAllowed.selector, address(other)));
        manager.open(a, b, address(other), 1);
    }

    function test_open_ofNothing_isRefused() external {
        VM.expectRevert(abi.encodeWithSelector(Books.NothingReceived.selector, address(token)));
        manager.open(a, b, address(token), 0);
    }

    function test_topUp_addsToThePartyNamed() external {
        Channel memory channel = _open(10, 0);
        VM.expectEmit(true, true, true, true, address(manager));
        emit ChannelManager.Deposited(_id(channel), a, 15);
        VM.startPrank(FUNDER);
        manager.topUp(channel, a, 5);
        manager.topUp(channel, b, 7);
        VM.assertEq(manager.records(_id(channel)).fundsA, 15, "A");
        VM.assertEq(manager.records(_id(channel)).fundsB, 7, "B");
        VM.assertEq(_owed(token), 22, "owed");
    }

    function test_topUp_byOrForAStranger_isRefusedForTheStranger() external {
        Channel memory channel = _open(10, 0);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.NotAParty.selector, TOWER));
        manager.topUp(channel, TOWER, 1);
    }

    function test_topUp_ofAChannelThatNeverWas_isRefused() external {
        Channel memory channel = _next(token);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.NotOpen.selector, _id(channel)));
        manager.topUp(channel, a, 1);
    }

    function test_topUp_afterTheCloseBegan_isRefused() external {
        Channel memory channel = _open(10, 0);
        _close(channel, _state(channel, 1, 10));
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.NotOpen.selector, _id(channel)));
        manager.topUp(channel, a, 1);
    }

    function test_pause_stopsOpenAndTopUpOnly() external {
        Channel memory channel = _open(100, 0);
        State memory state = _state(channel, 1, 60);
        VM.prank(OWNER);
        manager.pause();
        VM.startPrank(FUNDER);
        VM.expectRevert(Pausable.EnforcedPause.selector);
        manager.open(a, b, address(token), 1);
        VM.expectRevert(Pausable.EnforcedPause.selector);
        manager.topUp(channel, a, 1);
        VM.stopPrank();
        _withdraw(channel, a, 10);
        _close(channel, state);
        State memory newer = _state(channel, 2, 50);
        _challenge(channel, newer);
        _settle(channel, newer);
        _assertCredits(60, 40);
        _pull(b, token, PAYEE, 40);
        VM.assertEq(token.balanceOf(PAYEE), 40, "paid");
        VM.prank(OWNER);
        manager.unpause();
        _open(1, 0);
    }

    function test_disallow_stopsOpenAndTopUpOnly() external {
        Channel memory channel = _open(100, 0);
        VM.prank(OWNER);
        VM.expectEmit(true, true, true, true, address(manager));
        emit Books.TokenDisallowed(address(token));
        manager.disallow(address(token));
        VM.startPrank(FUNDER);
        VM.expectRevert(abi.encodeWithSelector(Books.TokenNotAllowed.selector, address(token)));
        manager.topUp(channel, a, 1);
        VM.stopPrank();
        State memory state = _state(channel, 1, 60);
        _close(channel, state);
        _settle(channel, state);
        _assertCredits(60, 40);
    }

    function test_allow_again_keepsTheTerms() external {
        VM.startPrank(OWNER);
        manager.disallow(address(token));
        VM.expectRevert(abi.encodeWithSelector(Books.TermsFixed.selector, FLOOR, CAP));
        manager.allow(address(token), FLOOR + 1, CAP);
        VM.expectRevert(abi.encodeWithSelector(Books.TermsFixed.selector, FLOOR, CAP));
        manager.allow(address(token), FLOOR, CAP + 1);
        VM.expectEmit(true, true, true, true, address(manager));
        emit Books.TokenAllowed(address(token), FLOOR, CAP);
        manager.allow(address(token), FLOOR, CAP);
        (bool allowed,, uint128 floor, uint128 cap) = manager.tokens(address(token));
        VM.assertTrue(allowed && floor == FLOOR && cap == CAP, "terms");
    }

    function test_ownersCalls_byAnother_areRefused() external {
        bytes memory refusal = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, TOWER);
        VM.startPrank(TOWER);
        VM.expectRevert(refusal);
        manager.allow(address(token), 0, 0);
        VM.expectRevert(refusal);
        manager.disallow(address(token));
        VM.expectRevert(refusal);
        manager.pause();
        VM.stopPrank();
        VM.prank(OWNER);
        manager.pause();
        VM.prank(TOWER);
        VM.expectRevert(refusal);
        manager.unpause();
    }
}
