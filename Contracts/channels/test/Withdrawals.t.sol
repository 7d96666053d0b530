// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Books} from "../src/Books.sol";
import {ChannelManager} from "../src/ChannelManager.sol";
import {Channel, Signature, State} from "../src/ChannelTypes.sol";
import {ChannelTest} from "./ChannelTest.sol";
import {VM} from "./IVm.sol";

/// @notice Co-signed withdrawals out of an open channel.
contract WithdrawalsTest is ChannelTest {
    Channel private _channel;
    bytes32 private _channelId;

    function setUp() public override {
        super.setUp();
        _channel = _open(60, 40);
        _channelId = _id(_channel);
    }

    function test_withdraw_creditsTheDifferenceToTheLastTotal() external {
        VM.expectEmit(true, true, true, true, address(manager));
        emit ChannelManager.Withdrawn(_channelId, a, 10);
        _withdraw(_channel, a, 10);
        _withdraw(_channel, a, 25);
        _withdraw(_channel, b, 5);
        _assertCredits(25, 5);
        ChannelManager.Record memory record = manager.records(_channelId);
        VM.assertEq(record.withdrawnA, 25, "A");
        VM.assertEq(record.withdrawnB, 5, "B");
        VM.assertEq(_owed(token), 100, "owed");
    }

    function test_withdraw_againOrALowerTotal_isRefused() external {
        _withdraw(_channel, a, 25);
        for (uint128 total = 24; total < 26; ++total) {
            (Signature memory one, Signature memory two) = _signed(a, total, NEVER);
            VM.expectRevert(abi.encodeWithSelector(ChannelManager.TotalNotHigher.selector, total, 25));
            manager.withdraw(_channel, a, total, NEVER, one, two);
        }
    }

    function test_withdraw_afterItsExpiry_isRefused() external {
        (Signature memory one, Signature memory two) = _signed(a, 10, START);
        VM.warp(START + 1);
        VM.expectRevert(abi.encodeWithSelector(Books.Expired.selector, START, START + 1));
        manager.withdraw(_channel, a, 10, START, one, two);
        VM.warp(START);
        manager.withdraw(_channel, a, 10, START, one, two);
    }

    function test_withdraw_ofEverything_isRefused() external {
        _withdraw(_channel, b, 30);
        (Signature memory one, Signature memory two) = _signed(a, 70, NEVER);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.WithdrawalTooLarge.selector, 70, 70));
        manager.withdraw(_channel, a, 70, NEVER, one, two);
        _withdraw(_channel, a, 69);
    }

    function test_withdraw_forAStranger_isRefused() external {
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.NotAParty.selector, TOWER));
        manager.withdraw(_channel, TOWER, 10, NEVER, _none(), _none());
    }

    function test_withdraw_signedByOne_orForTheOther_isRefused() external {
        (Signature memory one, Signature memory two) = _signed(a, 10, NEVER);
        VM.expectRevert(abi.encodeWithSelector(Books.WrongSigner.selector, b, a));
        manager.withdraw(_channel, a, 10, NEVER, one, one);
        VM.expectRevert();
        manager.withdraw(_channel, b, 10, NEVER, one, two);
        VM.expectRevert();
        manager.withdraw(_channel, a, 11, NEVER, one, two);
    }

    function test_withdraw_onceTheCloseBegan_isRefused_andTheStateGivesIt() external {
        (Signature memory one, Signature memory two) = _signed(a, 10, NEVER);
        State memory state = _state(_channel, 1, 20);
        // It counts as spent from its signature: the state names it.
        (state.withdrawnA, state.balanceA) = (10, 10);
        _close(_channel, state);
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.NotOpen.selector, _channelId));
        manager.withdraw(_channel, a, 10, NEVER, one, two);
        _settle(_channel, state);
        _assertCredits(20, 80);
    }

    function _signed(address party, uint128 total, uint64 expiry) private view returns (Signature memory, Signature memory) {
        bytes32 digest = manager.withdrawalDigest(_channelId, party, total, expiry);
        return (_sign(keyA, digest), _sign(keyB, digest));
    }
}
